import { useLayoutEffect, useRef } from "preact/hooks";
import { SIDE } from "./normalise-digit.js";

/** The picture that the models see: light ink on dark, as in MNIST. */
export function PixelPreview({ pixels }: { readonly pixels: Uint8Array | null }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const image = new ImageData(SIDE, SIDE);
    for (let i = 0; i < SIDE * SIDE; i++)
      image.data.fill(pixels?.[i] ?? 0, i * 4, i * 4 + 3).fill(255, i * 4 + 3, i * 4 + 4);
    canvas.current!.getContext("2d")!.putImageData(image, 0, 0);
  }, [pixels]);
  return (
    <canvas
      ref={canvas}
      class="pixels"
      width={SIDE}
      height={SIDE}
      role="img"
      aria-label="The drawing as 28 by 28 pixels"
    />
  );
}
