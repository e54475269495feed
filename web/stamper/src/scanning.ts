/** Reads the text of a QR code out of what a camera sees just now; undefined where there is none. */
export type Decode = (video: HTMLVideoElement) => Promise<string | undefined>;

interface Native {
  detect: (video: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
interface NativeClass {
  new (options: { formats: string[] }): Native;
  getSupportedFormats: () => Promise<string[]>;
}

/** The browser's own decoder where it has one, else ours, which is loaded only then. */
export async function decoder(): Promise<Decode> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: NativeClass };
  const formats = (await BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  if (BarcodeDetector && formats.includes("qr_code")) {
    const native = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await native.detect(video))[0]?.rawValue;
  }
  const { decode } = await import("./decoding");
  return async (video) => decode(video);
}

export interface Camera {
  stop: () => void;
  /** Lights the lamp or puts it out, where there is one. */
  light?: (on: boolean) => Promise<void>;
}

/** Show what the camera at the back sees. Raises DOMException where it may not or can't. */
export async function openCamera(video: HTMLVideoElement): Promise<Camera> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  video.srcObject = stream;
  await video.play();
  const [track] = stream.getVideoTracks();
  const able = track?.getCapabilities?.() as { torch?: boolean } | undefined;
  return {
    stop: () => {
      for (const each of stream.getTracks()) each.stop();
      video.srcObject = null;
    },
    ...(track &&
      able?.torch && {
        light: (on: boolean) =>
          track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] }),
      }),
  };
}
