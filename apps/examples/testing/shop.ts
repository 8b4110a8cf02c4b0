/** A shop of three services. The tests beside it show the test kit. */
import { clock, type Context, depends, endpoint, service, StatorError } from "@stator/sdk";
import { z } from "zod";

export const Order = z.object({ id: z.string(), item: z.string(), count: z.number().int().positive() });
export type Order = z.infer<typeof Order>;

@service({ namespace: "shop" })
export class Stock {
  private readonly left = new Map([["tea", 10]]);

  @endpoint({ input: Order, output: z.number() })
  async take({ item, count }: Order): Promise<number> {
    const left = (this.left.get(item) ?? 0) - count;
    if (left < 0) throw new StatorError("conflict", `There is not enough ${item}.`);
    this.left.set(item, left);
    return left;
  }
}

@service({ namespace: "shop" })
export class Payments {
  /** The orders that have been paid: each of them once, however often its payment is asked for. */
  readonly paid = new Set<string>();

  @endpoint({ input: Order, output: z.boolean(), idempotent: true })
  async charge({ id }: Order): Promise<boolean> {
    const isNew = !this.paid.has(id);
    this.paid.add(id);
    return isNew;
  }
}

@service({ namespace: "shop" })
export class Orders {
  payments = depends(Payments, { timeoutMs: 2000, retry: { attempts: 3 }, breaker: { failures: 3, openMs: 30_000 } });
  stock = depends(Stock);

  @endpoint({ input: Order, output: z.string() })
  async place(order: Order): Promise<string> {
    await this.payments.charge(order);
    const left = await this.stock.take(order);
    return `${order.count} ${order.item} on the way, ${left} left`;
  }

  /** Where an order is; it moves on every hour. */
  @endpoint({ output: z.string() })
  async *track(_id: string, context: Context): AsyncGenerator<string> {
    for (const place of ["packed", "on the road", "at the door"]) {
      yield place;
      await clock.sleep(3_600_000, context);
    }
  }
}
