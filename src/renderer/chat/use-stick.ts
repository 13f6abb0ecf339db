import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** This near to the end counts as being at it, px. */
const NEAR = 48;

/**
 * Keeps a scrolled element at its end while it grows, until the user scrolls up; coming back to the end
 * takes hold again. Works outside of React's rendering, so that streaming text costs no render here.
 */
export function useStickToEnd(
  outer: RefObject<HTMLElement | null>,
  inner: RefObject<HTMLElement | null>,
): { away: boolean; toEnd: () => void } {
  const [away, setAway] = useState(false);
  const stuck = useRef(true);

  const toEnd = useCallback(() => {
    stuck.current = true;
    setAway(false);
    const element = outer.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [outer]);

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
      if (stuck.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(content);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    element.scrollTop = element.scrollHeight;
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [outer, inner]);

  return { away, toEnd };
}
