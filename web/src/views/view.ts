/** What the shell asks of a view. */

import type { Api } from "../state/api.js";
import type { Router, Route } from "../state/router.js";
import type { Session } from "../state/session.js";
import type { Announcer } from "../parts/notice.js";

export interface House {
  api: Api;
  router: Router;
  session: Session;
  announcer: Announcer;
}

export interface View {
  readonly element: HTMLElement;
  readonly title: string;
  /** Called when the view is in the document, and at each change of the address after that. */
  update(route: Route): void;
  destroy(): void;
}
