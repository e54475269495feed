import { useRouter } from "@tanstack/react-router";
import { type MouseEvent, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { NavItem } from "./nav";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "s-app-nav": DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement>;
      "s-link": DetailedHTMLProps<AnchorHTMLAttributes<HTMLElement>, HTMLElement>;
    }
  }
}

/** Our menu, for Shopify's admin to show among its own; App Bridge reads it and draws nothing here. */
export default function AdminMenu({ items }: { items: readonly NavItem[] }) {
  const { t } = useTranslation();
  const router = useRouter();
  const follow = (target: EventTarget | null) => {
    const href = target instanceof Element && target.closest("s-link")?.getAttribute("href");
    if (href) router.history.push(href);
    return Boolean(href);
  };
  useEffect(() => {
    const onNavigate = (event: Event) => void follow(event.target);
    document.addEventListener("shopify:navigate", onNavigate);
    return () => document.removeEventListener("shopify:navigate", onNavigate);
  });
  const onClick = (event: MouseEvent) => {
    if (follow(event.target)) event.preventDefault();
  };
  return (
    <s-app-nav hidden onClick={onClick}>
      {items.map(({ to, label }) => (
        <s-link key={to} href={`/dashboard${to}`} {...(to === "/" ? { rel: "home" } : {})}>
          {t(label)}
        </s-link>
      ))}
    </s-app-nav>
  );
}
