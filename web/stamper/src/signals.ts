import { isQuiet } from "./choices";

export type Signal = "good" | "reward" | "bad";

/** Tones (Hz), one after the other, and how the phone shakes (ms). */
const SOUNDS: Record<Signal, readonly number[]> = {
  good: [660, 880],
  reward: [660, 880, 1320],
  bad: [220, 165],
};
const SHAKES: Record<Signal, number[]> = { good: [60], reward: [60, 60, 120], bad: [200, 80, 200] };
const TONE_S = 0.11;
let sound: AudioContext | undefined;

/** Say by ear and hand how it went: nobody looks at the screen while the next guest speaks. */
export function signal(kind: Signal): void {
  navigator.vibrate?.(SHAKES[kind]);
  if (isQuiet()) return;
  sound ??= new AudioContext();
  void sound.resume();
  SOUNDS[kind].forEach((tone, place) => {
    if (!sound) return;
    const [voice, loud] = [sound.createOscillator(), sound.createGain()];
    const from = sound.currentTime + place * TONE_S;
    voice.frequency.value = tone;
    loud.gain.setValueAtTime(0.25, from);
    loud.gain.exponentialRampToValueAtTime(0.001, from + TONE_S);
    voice.connect(loud).connect(sound.destination);
    voice.start(from);
    voice.stop(from + TONE_S);
  });
}
