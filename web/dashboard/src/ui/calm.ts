import { useEffect, useState } from "react";

const PAUSE_MS = 400;

/** What somebody has written, once they pause: each keystroke is nothing worth drawing. */
export function useCalm<T>(value: T): T {
  const [calm, setCalm] = useState(value);
  const said = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(JSON.parse(said)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return calm;
}
