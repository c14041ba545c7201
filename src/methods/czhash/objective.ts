/**
 * The joint objective as it stands after every block, per instance or entry:
 *   J = Σ_m CE(q, p_m) + μ Σ_m [‖P_mᵀ f_m − e‖² + ν ‖P_m‖²] + κ F(q) + γ ‖B − √w V R‖², μ = κ = γ = 1 in the log;
 * F is the free energy of memberships (`memberships.ts`). A block that has not run yet counts nothing. Networks take
 * gradient steps on their term and may raise it; the closed forms, P, prototypes, q, B and R, never raise theirs within a block
 * (the space that q is sought in changes from round to round, and F is logged without what networks say).
 */
export type Block = 'attributes' | 'memberships' | 'image likelihood' | 'text likelihood' | 'hash coding';

export class Objective {
  readonly #parts = new Map<Block, number>();

  /** Takes a block's term and returns all terms with their sum, as a line of progress has them. */
  after(block: Block, value: number): Record<string, number> {
    this.#parts.set(block, value);
    return this.terms();
  }

  terms(): Record<string, number> {
    const objective = [...this.#parts.values()].reduce((sum, value) => sum + value, 0);
    return { ...Object.fromEntries(this.#parts), objective };
  }
}
