type Child = Node | string | null | undefined;

/** An element with its attributes and what is in it; texts stay texts. */
export function draw<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  for (const child of children) if (child) element.append(child);
  return element;
}

export function pressed(label: string, className: string, then: () => void): HTMLButtonElement {
  const button = draw("button", { type: "button", class: className }, label);
  button.addEventListener("click", then);
  return button;
}
