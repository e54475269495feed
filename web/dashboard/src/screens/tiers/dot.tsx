/** A tier's own colour, beside its name and never instead of it. */
export function Dot({ colour }: { colour: string }) {
  return (
    <span
      aria-hidden="true"
      className="mt-1 size-3.5 shrink-0 rounded-full shadow-card"
      style={{ backgroundColor: colour }}
    />
  );
}
