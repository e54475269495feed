import { useSyncExternalStore } from "react";
import { remember, remembered } from "./remembered";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const CHOICE = "loyalnest.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function chosen(): Theme {
  const kept = remembered(CHOICE);
  return THEMES.find((theme) => theme === kept) ?? "auto";
}

function show(): void {
  const theme = chosen();
  document.documentElement.dataset.theme =
    theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
}

export function startTheme(): void {
  show();
  dark.addEventListener("change", show);
}

export function chooseTheme(theme: Theme): void {
  remember(CHOICE, theme);
  show();
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, chosen);
}
