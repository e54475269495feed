/**
 * What this browser remembers of somebody's choices. In another site's frame a browser may refuse
 * to remember anything; then a choice lasts as long as the page.
 */
const here = new Map<string, string>();

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return here.get(name) ?? null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    here.set(name, value);
  }
}
