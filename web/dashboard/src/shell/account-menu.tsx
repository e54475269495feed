import * as Menu from "@radix-ui/react-dropdown-menu";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { useMerchant } from "../api/program";
import { forget } from "../api/session";
import { directionOf, type Language } from "../i18n/languages";
import { AccountButton } from "./account";
import { chooseTheme, THEMES, useTheme } from "./theme";

const ITEM =
  "flex min-h-9 cursor-pointer items-center rounded-lg px-3 outline-none data-[highlighted]:bg-sunken";

export default function AccountMenu() {
  const { t, i18n } = useTranslation();
  const merchant = useMerchant();
  const theme = useTheme();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const signOut = async () => {
    await api.POST("/v1/api/auth/logout").catch(() => undefined);
    forget();
    queries.clear();
  };
  return (
    <Menu.Root defaultOpen dir={directionOf(i18n.language as Language)}>
      <Menu.Trigger asChild>
        <AccountButton />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 min-w-56 rounded-xl bg-card p-1.5 shadow-card drop-shadow-lg"
        >
          {merchant && <Menu.Label className="px-3 py-2 font-semibold">{merchant.name}</Menu.Label>}
          <Menu.Item className={ITEM} onSelect={() => void navigate({ to: "/settings" })}>
            {t("nav.settings")}
          </Menu.Item>
          <Menu.Separator className="my-1.5 h-px bg-line" />
          <Menu.Label className="px-3 py-1 text-xs text-muted">{t("settings.theme")}</Menu.Label>
          <Menu.RadioGroup
            value={theme}
            onValueChange={(value) => chooseTheme(value as typeof theme)}
          >
            {THEMES.map((each) => (
              <Menu.RadioItem key={each} value={each} className={`${ITEM} justify-between`}>
                {t(`theme.${each}`)}
                <Menu.ItemIndicator>✓</Menu.ItemIndicator>
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Separator className="my-1.5 h-px bg-line" />
          <Menu.Item className={ITEM} onSelect={() => void signOut()}>
            {t("app.signOut")}
          </Menu.Item>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
