/**
 * A mail in a frame of ours, whose policy takes no styles but those that carry our nonce. Styles
 * within the tags, which mail programs want, become rules; links lead nowhere from here.
 *
 * The server escapes every quotation mark in what somebody wrote, so these are its own attributes.
 */
export function framed(mail: string): string {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=style-nonce]")?.content ?? "";
  const rules: string[] = [];
  const body = mail.replace(/ style="([^"]*)"/g, (_, rule: string) => {
    rules.push(`[data-look="${rules.length}"]{${rule}}`);
    return ` data-look="${rules.length - 1}"`;
  });
  return body.replace(
    "<style>",
    () => `<base target="_blank"><style nonce="${nonce}">${rules.join("\n")}\n`,
  );
}
