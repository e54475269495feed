import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { listen } from "../../api/live";
import { SHOP } from "./data";

const MOVES = /^(visit|stamp|card|card_reward)\./;
/** An event is told a moment before the figures have it: they are asked for more than once. */
const SOON_MS = [250, 900, 1_800];
const MEANWHILE_MS = 15_000;

/** Asks for the figures again as things happen; where nobody tells of them, every so often. */
export function useLive(mayListen: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    const refresh = () => void queries.invalidateQueries({ queryKey: SHOP });
    if (!mayListen) {
      const every = setInterval(refresh, MEANWHILE_MS);
      return () => clearInterval(every);
    }
    const waiting = new Map<number, ReturnType<typeof setTimeout>>();
    const stop = listen((event) => {
      if (!MOVES.test(event.type)) return;
      for (const wait of SOON_MS) {
        if (waiting.has(wait)) continue;
        waiting.set(
          wait,
          setTimeout(() => {
            waiting.delete(wait);
            refresh();
          }, wait),
        );
      }
    });
    return () => {
      stop();
      for (const timer of waiting.values()) clearTimeout(timer);
    };
  }, [mayListen, queries]);
}
