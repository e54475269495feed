/** Line icons, 20 by 20. They repeat what a label says and are silent to screen readers. */
const PATHS = {
  home: "M3 9.5 10 3.5l7 6V16a1 1 0 0 1-1 1h-3.5v-4.5h-5V17H4a1 1 0 0 1-1-1z",
  customers: "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 16.5c.6-3 3-4.5 6-4.5s5.400 1.500 6 4.500",
  activity: "M2.500 10h3.500l2.500-6 3.500 12 2.500-6h3",
  orders: "M4.500 6.500h11l.8 10H3.700zM7 8.500V6a3 3 0 0 1 6 0v2.500",
  earning: "m10 2.800 2.200 4.500 5 .7-3.600 3.500.8 5L10 14.200l-4.400 2.300.8-5L2.800 8l5-.7z",
  segments: "M10 3a7 7 0 1 0 7 7h-7zM12.500 2.800a7 7 0 0 1 4.700 4.700h-4.700z",
  tiers: "M3 16.500h14M3.500 16.500v-4h4.300v4M7.800 16.500v-8h4.300v8M12.100 16.500v-12h4.300v12",
  referrals:
    "M7.500 9a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM2.500 16c.4-2.600 2.400-4 5-4s4.600 1.400 5 4M15 6.500v5M12.500 9h5",
  rewards:
    "M3.500 8.500h13v8h-13zM2.500 5.500h15v3h-15zM10 5.500v11M10 5.500C8.500 2 5 2.500 6 5.500M10 5.500c1.500-3.500 5-3 4 0",
  badge:
    "M10 11.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9ZM7.200 10.700 5.500 17l4.500-2 4.500 2-1.700-6.300",
  stamp:
    "M2.500 5h15v10.500h-15zM6.500 9.500h.01M10 9.500h.01M13.500 9.500h.01M6.500 12.500h.01M10 12.500h.01M13.500 12.500h.01",
  counter: "M6 2.500h8v15H6zM9 14.500h2M6 5h8M6 12.500h8",
  grip: "M8 5.500h.01M12 5.500h.01M8 10h.01M12 10h.01M8 14.500h.01M12 14.500h.01",
  settings:
    "M10 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM10 2.500v2M10 15.500v2M2.500 10h2M15.500 10h2M4.700 4.700l1.400 1.400M13.900 13.900l1.400 1.400M4.700 15.300l1.400-1.400M13.900 6.100l1.400-1.400",
  campaign:
    "M3.500 8v4l9.500 3.500v-11zM13 7.500a2.600 2.600 0 0 1 0 5M6 13v2.500a1 1 0 0 0 1 1h1.500l.500-2.500",
  experiment:
    "M8 3h4M9 3v5l-4.500 7.500a1 1 0 0 0 .9 1.500h9.200a1 1 0 0 0 .9-1.500L11 8V3M6.500 13h7",
  journey:
    "M5 17a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM15 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7 15h6a2.500 2.500 0 0 0 0-5H7a2.500 2.500 0 0 1 0-5h6",
  picture:
    "M3 4.500h14v11H3zM3 13.500l4-4 3.500 3.500 2.500-2.500 4 3.500M13 7.800a.7.7 0 1 0 0-1.400.7.7 0 0 0 0 1.400Z",
  message: "M3 5h14v10H3zM3.500 5.500 10 11l6.500-5.500",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6.500V10l2.500 2",
  site: "M2.500 4h15v12h-15zM2.500 7.500h15M11 13.500h4",
  search: "M8.800 14.500a5.700 5.700 0 1 0 0-11.400 5.700 5.700 0 0 0 0 11.400ZM13 13l4 4",
  menu: "M3 5.500h14M3 10h14M3 14.500h14",
  close: "m5 5 10 10M15 5 5 15",
  back: "m11.500 4.500-5.500 5.500 5.500 5.500",
  next: "m8.500 4.500 5.500 5.500-5.500 5.500",
  down: "m5.500 8 4.500 4.500L14.500 8",
  more: "M4.500 10h.01M10 10h.01M15.500 10h.01",
  alert: "M10 3 2.500 16.500h15zM10 8v4M10 14.200h.01",
  good: "m4 10.500 4 4 8-9",
  merge: "M5 3.500v3a4 4 0 0 0 4 4h6M5 16.500v-3a4 4 0 0 1 4-4M12 7.500l3 3-3 3",
  empty: "M3 11.500 5 4.500h10l2 7v4a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1zM3 11.500h4l1 2h4l1-2h4",
} as const;

export type IconName = keyof typeof PATHS;

interface Props {
  name: IconName;
  /** Turned round where one reads from right to left. */
  mirrored?: boolean;
  large?: boolean;
}

export function Icon({ name, mirrored, large }: Props) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 20 20"
      className={`${large ? "size-8" : "size-5"} shrink-0 ${mirrored ? "mirrored" : ""}`}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" || name === "grip" ? 2.6 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
