/** A link within the page: a real address, so that it opens in a tab of its own, too. */
import type { ComponentChildren } from 'preact';
import { addressOf, type Route } from '../state/route.ts';

interface RouteLinkProps {
  readonly to: Route;
  readonly onRoute: (route: Route) => void;
  readonly class?: string;
  readonly tabIndex?: number;
  /** Whether this is where one is. */
  readonly here?: boolean;
  readonly children: ComponentChildren;
}

export function RouteLink({ to, onRoute, class: className, tabIndex, here, children }: RouteLinkProps) {
  return (
    <a
      class={className}
      href={addressOf(to)}
      tabIndex={tabIndex}
      aria-current={here ? 'page' : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        onRoute(to);
      }}
    >
      {children}
    </a>
  );
}
