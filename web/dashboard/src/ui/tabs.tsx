import { Link, type LinkProps } from "@tanstack/react-router";

interface Tab {
  title: string;
  link: LinkProps;
  current: boolean;
}

/** Views of one screen. Each is an address of its own, so these are links. */
export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  return (
    <nav aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line px-2 pt-1">
      {tabs.map(({ title, link, current }) => (
        <Link
          key={title}
          {...link}
          activeProps={{}}
          aria-current={current ? "page" : undefined}
          className={`border-b-2 px-2.5 py-2.5 font-medium whitespace-nowrap -outline-offset-2 ${current ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink"}`}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}
