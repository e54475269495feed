const AT_MOST = 1e9;

/**
 * An amount as somebody typed it, with a point before its decimals; undefined where it is unclear.
 *
 * Half of the world writes cents after a comma and thousands with points, the other half the other
 * way round: three figures after one are thousands, unless the currency has as many decimals.
 */
export function amountOf(text: string, digits: number): string | undefined {
  const bare = text.trim().replace(/[\s'\u2019]/g, "");
  const parts = /^([1-9]\d{0,2}(?:([.,])\d{3})(?:\2\d{3})*|\d{1,10})(?:([.,])(\d{1,3}))?$/.exec(
    bare,
  );
  if (!parts) return undefined;
  const [, whole = "", grouped, point, decimals = ""] = parts;
  if (grouped && grouped === point) return undefined;
  // Of 1.234 dinars nobody can tell whether these are fils or thousands but by its only mark.
  const fils = digits === 3 && grouped && !point && whole.split(grouped).length === 2;
  if (decimals.length > digits) return undefined;
  const plain = fils ? whole.replace(grouped, ".") : whole.replace(/[.,]/g, "");
  const found = decimals ? `${plain}.${decimals}` : plain;
  return Number(found) > 0 && Number(found) <= AT_MOST ? found : undefined;
}
