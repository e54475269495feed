import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, type RefObject, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { bridge } from "../api/bridge";
import { identityQuery, useMerchant } from "../api/program";
import { useSignedIn } from "../api/session";
import { useOwnWords } from "../i18n/own-words";
import { menu } from "../screens/menu";
import { Icon } from "../ui/icon";
import { Account } from "./account";
import type { NavItem } from "./nav";
import { SearchBox } from "./search-box";

const AdminMenu = lazy(() => import("./admin-menu"));

/** What is around every screen: our own bar and menu, or those of the admin we are in. */
export function Frame() {
  useLeaveWhenSignedOut();
  useOwnWords();
  return bridge ? <InAdmin /> : <Alone />;
}

/** The screen alone: the admin has a bar, a menu and a way out of its own. */
function InAdmin() {
  const main = useFocusOnNewScreen();
  const items = useMenuItems();
  return (
    <>
      <Suspense>
        <AdminMenu items={items} />
      </Suspense>
      <main ref={main} id="main" tabIndex={-1} className="min-h-dvh outline-none">
        <Outlet />
      </main>
    </>
  );
}

/** The bar above, the menu beside, and the screen. */
function Alone() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const main = useFocusOnNewScreen(() => setOpen(false));
  return (
    <div className="flex min-h-dvh flex-col">
      <button
        type="button"
        onClick={() => main.current?.focus()}
        className="sr-only z-50 rounded-lg bg-card px-4 py-2 focus:not-sr-only focus:fixed focus:start-2 focus:top-2"
      >
        {t("app.skip")}
      </button>
      <header className="sticky top-0 z-30 flex h-14 items-center gap-2 bg-[#1a1c1b] px-3 text-[#e8e8e7] sm:gap-4">
        <button
          type="button"
          aria-expanded={open}
          aria-controls="menu"
          aria-label={t("app.menu")}
          className="rounded-lg p-2 hover:bg-white/10 focus-visible:outline-white lg:hidden"
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? "close" : "menu"} />
        </button>
        <Brand />
        <SearchBox />
        <Account />
      </header>
      <div className="flex flex-1">
        <Menu open={open} onClose={() => setOpen(false)} />
        <main ref={main} id="main" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          <Outlet />
        </main>
      </div>
    </div>
  );
}

function Brand() {
  const merchant = useMerchant();
  return (
    <Link
      to="/"
      className="flex min-w-0 items-center gap-2 rounded-lg font-semibold max-sm:hidden focus-visible:outline-white lg:w-48"
    >
      <img src={new URL("../mark.svg", import.meta.url).href} alt="" className="size-7 shrink-0" />
      <span className="truncate max-md:sr-only">{merchant?.name ?? "LoyalNest"}</span>
    </Link>
  );
}

function Menu({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const items = useMenuItems();
  useEffect(() => {
    if (!open) return;
    const leave = (event: KeyboardEvent) => event.key === "Escape" && onClose();
    document.addEventListener("keydown", leave);
    return () => document.removeEventListener("keydown", leave);
  }, [open, onClose]);
  return (
    <>
      {open && (
        <div
          aria-hidden="true"
          className="fixed inset-0 z-10 bg-black/40 lg:hidden"
          onClick={onClose}
        />
      )}
      <nav
        id="menu"
        aria-label={t("app.menu")}
        className={`${open ? "max-lg:fixed" : "max-lg:hidden"} sticky start-0 top-14 bottom-0 z-20 h-[calc(100dvh-3.5rem)] w-56 shrink-0 overflow-y-auto bg-sunken p-3 shadow-card`}
      >
        <ul className="flex flex-col gap-0.5">
          {items.map((item) => (
            <li key={item.to}>
              <Link
                to={item.to}
                activeOptions={{ exact: item.to === "/" }}
                onClick={onClose}
                className="flex min-h-9 items-center gap-2.5 rounded-lg px-2.5 py-1.5 font-medium hover:bg-card aria-[current=page]:bg-card aria-[current=page]:font-semibold aria-[current=page]:shadow-card"
              >
                <Icon name={item.icon} />
                {t(item.label)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
    </>
  );
}

function useMenuItems(): NavItem[] {
  const scopes = useQuery(identityQuery).data?.scopes;
  return menu.filter((item) => !item.scope || !scopes || scopes.includes(item.scope));
}

/** A new screen is read from its beginning. */
function useFocusOnNewScreen(onNew?: () => void): RefObject<HTMLElement | null> {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    onNew?.();
    main.current?.focus();
  }, [path, onNew]);
  return main;
}

function useLeaveWhenSignedOut(): void {
  const signedIn = useSignedIn();
  const navigate = useNavigate();
  useEffect(() => {
    if (!signedIn) void navigate({ to: "/sign-in", search: {} });
  }, [signedIn, navigate]);
}
