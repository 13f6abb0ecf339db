import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** This near to the end counts as being at it, px. */
const NEAR = 48;

/**
 * Keeps a scrolled element (`outer`) at its end while its content (`inner`) grows, until the user scrolls up;
 * coming back to the end takes hold again. Works outside of React's rendering, so that streaming text costs no
 * render here.
 */
export function useStickToEnd(): {
  outer: RefObject<HTMLDivElement | null>;
  inner: RefObject<HTMLDivElement | null>;
  away: boolean;
  toEnd: () => void;
} {
  const outer = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [away, setAway] = useState(false);

  const toEnd = useCallback(() => {
    stuck.current = true;
    const element = outer.current;
    element?.scrollTo({ top: element.scrollHeight, behavior: 'instant' });
  }, []);

  useEffect(() => {
    const element = outer.current;
    const content = inner.current;
    if (element === null || content === null) return;
    let lastTop = element.scrollTop;
    const onScroll = (): void => {
      const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
      // Growing content never lowers scrollTop; only a person does.
      if (element.scrollTop < lastTop - 1 && !atEnd) stuck.current = false;
      else if (atEnd) stuck.current = true;
      lastTop = element.scrollTop;
      setAway(!stuck.current);
    };
    const observer = new ResizeObserver(() => {
      if (stuck.current) toEnd();
    });
    observer.observe(content);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    toEnd();
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [toEnd]);

  return { outer, inner, away, toEnd };
}
