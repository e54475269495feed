const AT_MOST = 50;

/** A key of one's own for what was just named ("Gold & more": gold_more), and none of `taken`. */
export function keyOf(name: string, taken: Set<string>, otherwise: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_");
  const stem = plain.replace(/^[^a-z]+|_+$/g, "").slice(0, AT_MOST) || otherwise;
  for (let number = 1; ; number++) {
    const key = number === 1 ? stem : `${stem}_${number}`;
    if (!taken.has(key)) return key;
  }
}
