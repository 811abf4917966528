/** What the shell asks of a view. */

import type { CloudViz } from "@cloudviz/client";
import type { Router, Route } from "../state/router.js";
import type { Person } from "../state/contract.js";
import type { Session } from "../state/session.js";
import type { Announcer } from "../parts/notice.js";

export interface House {
  client: CloudViz;
  /** What stands before every path: empty at a server's root. */
  base: string;
  router: Router;
  session: Session;
  announcer: Announcer;
  /** Who is signed in; asked for once. */
  me(): Promise<Person>;
}

/** Whether somebody may do what a role allows; higher roles include lower ones. */
export function may(person: Person, role: "viewer" | "operator" | "admin"): boolean {
  const order = ["viewer", "operator", "admin"];
  return person.roles.some((held) => order.indexOf(held) >= order.indexOf(role));
}

export interface View {
  readonly element: HTMLElement;
  readonly title: string;
  /** Called when the view is in the document, and at each change of the address after that. */
  update(route: Route): void;
  destroy(): void;
}
