/** Administration, and what goes on by itself: the pages of tabs. */

import { words } from "../texts.js";
import { auditTab } from "./admin_audit.js";
import { credentialsTab } from "./admin_credentials.js";
import { installationTab } from "./admin_installation.js";
import { peopleTab } from "./admin_people.js";
import { settingsTab } from "./admin_settings.js";
import { schedulesTab } from "./automation_schedules.js";
import { webhooksTab } from "./automation_webhooks.js";
import { TabbedView } from "./tabs.js";
import type { House } from "./view.js";

const { admin, automation } = words.service;

export class AdminView extends TabbedView {
  constructor(house: House) {
    super(house, {
      title: admin.nav, place: "/admin", role: "admin", forbidden: admin.forbidden, titles: admin.tabs,
      make: { people: peopleTab, audit: auditTab, credentials: credentialsTab, settings: settingsTab, installation: installationTab },
    });
  }
}

export class AutomationView extends TabbedView {
  constructor(house: House) {
    super(house, {
      title: automation.nav, place: "/automation", role: "operator", forbidden: automation.forbidden, titles: automation.tabs,
      make: { schedules: schedulesTab, webhooks: webhooksTab },
    });
  }
}
