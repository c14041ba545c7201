/** The route of the page's address, and the way to another. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { addressOf, parseRoute, type Route } from './route.ts';

export type Go = (route: Route, options?: { readonly replace?: boolean }) => void;

export function useRoute(): readonly [Route, Go] {
  const [route, setRoute] = useState(() => parseRoute(location.search));
  useEffect(() => {
    const follow = (): void => setRoute(parseRoute(location.search));
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const go = useCallback<Go>((next, { replace = false } = {}) => {
    const address = addressOf(next);
    // The page's own folder, whatever it is called: an address that is only a query stays in it.
    const target = address === '.' ? location.pathname : address;
    if (replace) history.replaceState(null, '', target);
    else history.pushState(null, '', target);
    setRoute(next);
  }, []);
  return [route, go];
}
