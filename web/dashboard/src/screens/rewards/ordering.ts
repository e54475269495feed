import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useRef, useState } from "react";

const STEPS: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };

/** A list whose lines are moved by their handles: with the arrow keys, a mouse or a finger. */
export function useOrdering(ids: string[], onMove: (ids: string[], moved: string) => void) {
  const [dragged, setDragged] = useState<{ id: string; ids: string[] } | null>(null);
  const lines = useRef(new Map<string, HTMLElement>());
  const kept = useRef<string | null>(null);
  const shown = dragged?.ids ?? ids;

  // The browser drops the focus of what is taken out and put in again elsewhere.
  useLayoutEffect(() => {
    if (!kept.current) return;
    lines.current.get(kept.current)?.querySelector<HTMLElement>("[data-handle]")?.focus();
    kept.current = null;
  });

  const drop = () => {
    if (dragged && dragged.ids.join() !== ids.join()) onMove(dragged.ids, dragged.id);
    setDragged(null);
  };
  return {
    shown,
    dragged: dragged?.id ?? null,
    line: (id: string) => (element: HTMLElement | null) => {
      if (element) lines.current.set(id, element);
      else lines.current.delete(id);
    },
    handle: (id: string) => ({
      "data-handle": true,
      onKeyDown: (event: KeyboardEvent) => {
        const to = ids.indexOf(id) + (STEPS[event.key] ?? 0);
        if (!STEPS[event.key] || to < 0 || to >= ids.length) return;
        event.preventDefault();
        kept.current = id;
        onMove(moved(ids, id, to), id);
      },
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragged({ id, ids });
      },
      onPointerMove: (event: PointerEvent) => {
        if (!dragged) return;
        const above = shown.filter((each) => each !== id && middle(each) < event.clientY).length;
        if (above !== shown.indexOf(id)) setDragged({ id, ids: moved(shown, id, above) });
      },
      onPointerUp: drop,
      onPointerCancel: () => setDragged(null),
    }),
  };

  function middle(id: string): number {
    const box = lines.current.get(id)?.getBoundingClientRect();
    return box ? box.top + box.height / 2 : 0;
  }
}

function moved(ids: string[], id: string, to: number): string[] {
  const rest = ids.filter((each) => each !== id);
  return [...rest.slice(0, to), id, ...rest.slice(to)];
}
