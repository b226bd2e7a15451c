/**
 * Look: a question about how things are that many may ask at once, such as those of probes, which show no token.
 *
 * Keeps no answer: who asks after the answer came is answered anew.
 */

/** The same question, asked once at a time: who asks while it is being looked gets that answer, or its failure, too. */
export function lookTogether<T>(look: () => Promise<T>): () => Promise<T> {
  let looking: Promise<T> | null = null;
  return () => {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  };
}
