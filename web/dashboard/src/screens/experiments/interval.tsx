import type { Interval } from "./data";

/** Where a share may lie, from nothing to `most`: the bar is the interval, the line the figure.
 * What it shows stands beside it in words. */
export function Share({
  share,
  interval,
  most,
}: {
  share: number;
  interval: Interval;
  most: number;
}) {
  return <Drawn figure={share} interval={interval} from={0} to={most} />;
}

/** The same for a difference, with the line in the middle where there is none. */
export function Difference({
  difference,
  interval,
  most,
}: {
  difference: number;
  interval: Interval;
  most: number;
}) {
  return (
    <div className="relative">
      <Drawn figure={difference} interval={interval} from={-most} to={most} />
      <div
        aria-hidden="true"
        className="absolute inset-y-0 start-1/2 -ms-px w-0.5 bg-line-strong"
      />
    </div>
  );
}

interface Props {
  figure: number;
  interval: Interval;
  from: number;
  to: number;
}

function Drawn({ figure, interval, from, to }: Props) {
  const at = (value: number) => `${(100 * (value - from)) / (to - from)}%`;
  const width = `${(100 * (interval.high - interval.low)) / (to - from)}%`;
  return (
    <div aria-hidden="true" className="relative h-4 overflow-hidden rounded bg-sunken shadow-card">
      <div
        className="absolute inset-y-1 rounded bg-accent/40"
        style={{ insetInlineStart: at(interval.low), width }}
      />
      <div
        className="absolute inset-y-0 -ms-0.5 w-1 bg-accent"
        style={{ insetInlineStart: at(figure) }}
      />
    </div>
  );
}
