/** What somebody chose on this device: kept where a browser allows it, else until it is closed. */
const chosen = new Map<string, string>();

export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`stamper.${name}`) ?? undefined;
  } catch {
    return chosen.get(name);
  }
}

export function choose(name: string, value: string): void {
  chosen.set(name, value);
  try {
    localStorage.setItem(`stamper.${name}`, value);
  } catch {
    // A browser that keeps nothing keeps this until it is closed.
  }
}

export const isQuiet = (): boolean => recall("sound") === "off";
