/** A link within the page: a real address, so that it opens in a tab of its own, too. */
import type { ComponentChildren } from 'preact';
import { addressOf, type Route } from '../state/route.ts';

interface RouteLinkProps {
  readonly to: Route;
  readonly onRoute: (route: Route) => void;
  readonly class?: string;
  readonly tabIndex?: number;
  /** Its name, where the text alone does not tell it from others; begins with the text. */
  readonly label?: string;
  /** Whether this is where one is. */
  readonly here?: boolean;
  readonly children: ComponentChildren;
}

export function RouteLink(props: RouteLinkProps) {
  const { to, onRoute, class: className, tabIndex, label, here, children } = props;
  return (
    <a
      class={className}
      href={addressOf(to)}
      tabIndex={tabIndex}
      aria-label={label}
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
