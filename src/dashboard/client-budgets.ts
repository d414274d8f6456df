/** What clients may cost: all of them together, and each connection, so that one that asks without a pause does not keep others out. */

import { Budget, type BudgetTerms } from "./budget.ts";

export interface ClientTerms {
  /** A request costs one unit, and one more for every 32 KiB of its answer. */
  readonly together: BudgetTerms;
  readonly connection: BudgetTerms;
}

const bytesPerUnit = 32_768;

export class ClientBudgets {
  readonly #terms: ClientTerms;
  readonly #together: Budget;
  readonly #connections = new WeakMap<object, Budget>();

  constructor(terms: ClientTerms) {
    this.#terms = terms;
    this.#together = new Budget(terms.together);
  }

  waitSeconds(connection: object, nowSeconds: number): number {
    return Math.max(this.#together.waitSeconds(nowSeconds), this.#of(connection).waitSeconds(nowSeconds));
  }

  spendRequest(connection: object, nowSeconds: number): void {
    this.#spend(connection, 1, nowSeconds);
  }

  spendBytes(connection: object, bytes: number, nowSeconds: number): void {
    this.#spend(connection, bytes / bytesPerUnit, nowSeconds);
  }

  #spend(connection: object, units: number, nowSeconds: number): void {
    this.#together.spend(units, nowSeconds);
    this.#of(connection).spend(units, nowSeconds);
  }

  #of(connection: object): Budget {
    const known = this.#connections.get(connection);
    if (known !== undefined) return known;
    const budget = new Budget(this.#terms.connection);
    this.#connections.set(connection, budget);
    return budget;
  }
}
