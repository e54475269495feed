import { minded } from "./device";
import * as door from "./door";
import { Refused, Unreached } from "./door";
import { device, kept } from "./keep";
import { keepCards } from "./sync";
import type { CardView, Whose } from "./wire";

/** A card that lies on the counter, or of which only its number is known here. */
export interface Open {
  whose: Whose;
  view?: CardView;
  /** What was typed or read, where nothing else is known. */
  label: string;
  /** Whether staff have to make sure that it is the holder, by name. */
  mustConfirm: boolean;
  offline: boolean;
}

const STEP_MS = 30_000;
/** A phone's clock and ours may be this far apart. */
const SKEW_MS = 5_000;
const CODE = /^LN1\.([LPC])\.\w{4}\.(\w{10})\.(\d+)\.\w{16}$/;
const CODE_AT_MOST = 200;
const TYPED_AT_MOST = 64;
const NUMBER = /^[0-9A-HJKMNP-TV-Z]{10}$/;

/**
 * The cards of whom a text names: a QR's, a card's number or a phone's.
 *
 * Without a network it is what was seen of them before, and may be nothing. Raises Refused.
 */
export async function find(text: string): Promise<Open[]> {
  const it = await device();
  if (!it || it.revoked) return [];
  const said = text.trim();
  // Also without a network: the installation would not read it afterwards.
  if (said.length > (isCode(said) ? CODE_AT_MOST : TYPED_AT_MOST)) {
    throw new Refused(400, "CODE_UNREADABLE", "");
  }
  try {
    const { cards, must_confirm } = await door.look(it.token, said);
    await keepCards(cards);
    return cards.map((view) => ({
      whose: isCode(said) ? { code: said } : { id: view.card_id },
      view,
      label: view.number,
      mustConfirm: must_confirm,
      offline: false,
    }));
  } catch (error) {
    if (error instanceof Unreached) return [await remembered(said, Date.now() + it.skew)];
    if (error instanceof Refused && error.status !== 401) throw error;
    await minded(error);
    return [];
  }
}

/** How a card stands now, as far as somebody answers. */
export async function again(view: CardView): Promise<void> {
  const it = await device();
  if (!it || it.revoked) return;
  const told = await door.look(it.token, view.number).catch(() => undefined);
  if (told) await keepCards(told.cards);
}

async function remembered(said: string, now: number): Promise<Open> {
  const code = CODE.exec(said.toUpperCase());
  const number = code?.[2] ?? typedNumber(said);
  const found = number && (await (await kept()).getFromIndex("cards", "number", shown(number)));
  const view = found || undefined;
  if (code) {
    const [, kind = "", , moment = ""] = code;
    if (kind === "L") checkFresh(Number(moment), now);
    // One that was made before the card last changed may be a picture of the pass.
    const isGood = kind === "L" || (kind === "P" && view && Number(moment) >= view.moves);
    const known = { label: number ?? said, mustConfirm: Boolean(view && !isGood), offline: true };
    return { whose: { code: said }, ...(view && { view }), ...known };
  }
  if (isCode(said)) throw new Refused(400, "CODE_UNREADABLE", "");
  const rest = { label: said, mustConfirm: Boolean(view), offline: true };
  if (view) return { whose: { id: view.card_id }, view, ...rest };
  // Of ten digits without a letter it can't be told, and a phone's number is what people type.
  const isNumber = number && /[A-Z]/.test(number);
  return { whose: isNumber ? { number } : { phone: said }, ...rest };
}

function checkFresh(moment: number, now: number): void {
  const step = (at: number) => Math.floor(at / STEP_MS);
  if (moment < step(now - SKEW_MS) - 1 || moment > step(now + SKEW_MS)) {
    throw new Refused(409, "CODE_EXPIRED", "");
  }
}

/** As the installation reads it: O for 0, I and L for 1. */
function typedNumber(text: string): string | undefined {
  const bare = text.replace(/[\s-]/g, "").toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
  return NUMBER.test(bare) ? bare : undefined;
}

/** A number as it is written on cards. */
const shown = (bare: string): string => `${bare.slice(0, 5)}-${bare.slice(5)}`;

const isCode = (text: string): boolean => /^LN1\./i.test(text);
