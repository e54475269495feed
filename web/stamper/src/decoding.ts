import decodeQR from "qr/decode.js";

/** Finer than this brings nothing: a code fills a good part of the picture when it is held up. */
const LONGEST = 640;
const canvas = document.createElement("canvas");
const drawing = canvas.getContext("2d", { willReadFrequently: true });

export function decode(video: HTMLVideoElement): string | undefined {
  const { videoWidth, videoHeight } = video;
  if (!drawing || !videoWidth) return undefined;
  const shrunk = Math.min(1, LONGEST / Math.max(videoWidth, videoHeight));
  canvas.width = Math.round(videoWidth * shrunk);
  canvas.height = Math.round(videoHeight * shrunk);
  drawing.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data, width, height } = drawing.getImageData(0, 0, canvas.width, canvas.height);
  try {
    return decodeQR({ data, width, height });
  } catch {
    return undefined; // which is how it says that there is no code to be seen
  }
}
