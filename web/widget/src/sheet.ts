/** A style sheet that is adopted: nothing is written into the page, whose policy may forbid it. */
export function sheet(css: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}
