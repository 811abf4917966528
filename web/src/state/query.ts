/** What the address asks of the API: texts that anybody may have written there. */

import type { Input, OperationId } from "@cloudviz/client";

export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

/** A query without what is empty, as an operation takes it. The server says what it doesn't know of the rest. */
export function given<Id extends OperationId>(query: Query): Input<Id> {
  const asked = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  return Object.fromEntries(asked) as unknown as Input<Id>;
}
