/**
 * Timeline: the virtual clock. What the shop plans for later happens in order, at once.
 *
 * A fifteen-minute wait costs no time here: nothing sleeps, times are only numbers.
 */

/** Plans of one run. */
export interface Timeline {
  /** Plans something for a moment; epoch milliseconds. */
  readonly at: (atMs: number, happen: () => void) => void;
  /** Lets everything planned happen, earliest first, with all that is planned on the way. */
  readonly run: () => void;
}

/** An empty timeline. Of two plans for one moment, the one made first happens first. */
export function createTimeline(): Timeline {
  const plans: { readonly atMs: number; readonly happen: () => void }[] = [];
  return {
    at: (atMs, happen) => {
      const later = plans.findIndex((plan) => plan.atMs > atMs);
      plans.splice(later === -1 ? plans.length : later, 0, { atMs, happen });
    },
    run: () => {
      for (let plan = plans.shift(); plan !== undefined; plan = plans.shift()) plan.happen();
    },
  };
}
