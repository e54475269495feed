/** The event log as it grows: one connection, opened again from where it was when it is lost. */
import type { Schemas } from "./client";
import { accessToken } from "./session";

type Told =
  | { kind: "ready" | "heartbeat"; position: number }
  | { kind: "event"; position: number; event: Schemas["EventOut"] };

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** Tells of every event from now on. Answers with how to stop it. */
export function listen(onEvent: (event: Schemas["EventOut"]) => void): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let position: number | null = null;
  let wait = FIRST_WAIT_MS;
  let over = false;

  const again = () => {
    if (over) return;
    timer = setTimeout(() => void connect(), wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  };

  async function connect(): Promise<void> {
    const token = await accessToken().catch(() => null);
    if (over) return;
    if (token === null) return again();
    const address = new URL("/v1/api/events/stream", window.location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    if (position !== null) address.searchParams.set("from", String(position));
    socket = new WebSocket(address);
    socket.onopen = () => socket?.send(JSON.stringify({ token }));
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const told = JSON.parse(data) as Told;
      position = told.position;
      wait = FIRST_WAIT_MS;
      if (told.kind === "event") onEvent(told.event);
    };
    socket.onclose = again;
  }

  void connect();
  return () => {
    over = true;
    clearTimeout(timer);
    socket?.close();
  };
}
