import { friendsCode, remember } from "../memory";
import { Refused, sessionOf } from "../session";
import type { Mounted } from "../types";

/** Who may try again later; every other refusal is final. */
const FOR_NOW = new Set(["NETWORK", "GUEST", "REFERRALS_PAUSED", "PROGRAM_PAUSED"]);

/** Say who sent this customer, as soon as they have signed in. What is refused is forgotten. */
export async function bindFriend(it: Mounted): Promise<void> {
  const code = friendsCode(it);
  if (!code) return;
  const session = sessionOf(it);
  try {
    if (!(await session.member())) return;
    await session.ask("me/referred-by", { method: "POST", body: { referral_code: code } });
  } catch (error) {
    if (!(error instanceof Refused) || FOR_NOW.has(error.code)) return;
  }
  remember(it, (memory) => {
    delete memory.ref;
  });
}
