import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../ui/icon";

/** Finds customers from everywhere; `/` leads to it unless somebody is typing. */
export function SearchBox() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest(
        "input, textarea, select, [role=dialog]",
      );
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      event.preventDefault();
      box.current?.focus();
      box.current?.select();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <search className="mx-auto w-full max-w-lg min-w-0">
      <form
        className="relative"
        onSubmit={(event) => {
          event.preventDefault();
          const q = box.current?.value.trim();
          void navigate({ to: "/customers", search: q ? { q } : {} });
        }}
      >
        <span className="pointer-events-none absolute inset-y-0 start-2.5 flex items-center text-[#b5b7b6]">
          <Icon name="search" />
        </span>
        <input
          ref={box}
          type="search"
          aria-label={t("app.search")}
          placeholder={t("app.search")}
          aria-keyshortcuts="/"
          autoComplete="off"
          className="h-9 w-full rounded-lg border border-[#6b6e6d] bg-[#2b2d2c] ps-9 pe-9 text-[#e8e8e7] placeholder:text-[#b5b7b6] focus-visible:outline-white max-sm:text-base"
        />
        <span
          aria-hidden="true"
          className="pointer-events-none absolute inset-y-0 end-3 my-auto flex h-5 items-center rounded border border-[#6b6e6d] px-1.5 text-xs text-[#b5b7b6] max-sm:hidden"
        >
          /
        </span>
      </form>
    </search>
  );
}
