import { friendsCode, recall, remember } from "../memory";
import { Refused, sessionOf } from "../session";
import type { Mounted } from "../types";

/** What goes on one day. */
const PAUSED = new Set(["REFERRALS_PAUSED", "PROGRAM_PAUSED"]);

/** Say who sent this customer, as soon as they have signed in. What is refused for good is forgotten. */
export async function bindFriend(it: Mounted): Promise<void> {
  const code = friendsCode(it);
  if (!code) return;
  const session = sessionOf(it);
  try {
    if (!(await session.member())) return await tellCart(it, code);
    await session.ask("me/referred-by", { method: "POST", body: { referral_code: code } });
  } catch (error) {
    if (!(error instanceof Refused) || !error.final || PAUSED.has(error.code)) return;
  }
  remember(it, (memory) => {
    delete memory.ref;
  });
}

/**
 * A guest may buy without ever signing in: then the order itself says who sent them, by an
 * attribute of the cart. A shop that has no such carts answers that it doesn't know the address.
 */
async function tellCart(it: Mounted, code: string): Promise<void> {
  if (recall(it).ref?.carted) return;
  const answer = await fetch("/cart/update.js", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ attributes: { loyalnest_ref: code } }),
  });
  if (!answer.ok) return;
  remember(it, (memory) => {
    if (memory.ref) memory.ref.carted = true;
  });
}
