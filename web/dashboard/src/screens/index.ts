/** Every screen. A new one is a folder here, its routes in this list and its line in `menu.ts`. */
import { routes as activity } from "./activity/routes";
import { routes as branding } from "./branding/routes";
import { routes as campaigns } from "./campaigns/routes";
import { routes as consents } from "./consents/routes";
import { routes as counter } from "./counter/routes";
import { routes as customers } from "./customers/routes";
import { routes as deliveries } from "./deliveries/routes";
import { routes as earning } from "./earning/routes";
import { routes as experiments } from "./experiments/routes";
import { routes as gamification } from "./gamification/routes";
import { routes as home } from "./home/routes";
import { routes as journeys } from "./journeys/routes";
import { routes as messages } from "./messages/routes";
import { routes as notices } from "./notices/routes";
import { routes as onSite } from "./on-site/routes";
import { routes as orders } from "./orders/routes";
import { routes as perks } from "./perks/routes";
import { routes as posters } from "./posters/routes";
import { routes as privacy } from "./privacy/routes";
import { routes as referrals } from "./referrals/routes";
import { routes as rewards } from "./rewards/routes";
import { routes as segments } from "./segments/routes";
import { routes as senders } from "./senders/routes";
import { routes as settings } from "./settings/routes";
import { routes as shop } from "./shop/routes";
import { routes as signIn } from "./sign-in/routes";
import { invitation, routes as staff } from "./staff/routes";
import { routes as stampCards } from "./stamp-cards/routes";
import { routes as texts } from "./texts/routes";
import { routes as tiers } from "./tiers/routes";
import { routes as wallets } from "./wallets/routes";

export const outside = [...signIn, ...invitation] as const;
export const inside = [
  ...home,
  ...customers,
  ...privacy,
  ...segments,
  ...orders,
  ...shop,
  ...rewards,
  ...stampCards,
  ...activity,
  ...earning,
  ...campaigns,
  ...journeys,
  ...experiments,
  ...gamification,
  ...referrals,
  ...tiers,
  ...perks,
  ...posters,
  ...onSite,
  ...counter,
  ...messages,
  ...deliveries,
  ...notices,
  ...senders,
  ...settings,
  ...branding,
  ...consents,
  ...staff,
  ...texts,
  ...wallets,
] as const;
