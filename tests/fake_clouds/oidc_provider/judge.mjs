// A certified OpenID Connect provider on a loopback port; it enforces PKCE. The one argument is CloudViz's redirect
// address. It prints its issuer, then lets everybody in as ada, without asking.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [redirect] = process.argv.slice(2);
const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const claims = {
  sub: "ada-1",
  preferred_username: "ada",
  email: "ada@example.org",
  email_verified: true,
  groups: ["cloud-team"],
};
const provider = new Provider(issuer, {
  clients: [{ client_id: "cloudviz", client_secret: "a secret of the client: 100% & more", redirect_uris: [redirect] }],
  pkce: { required: () => true, methods: ["S256"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["preferred_username"], groups: ["groups"] },
  scopes: ["openid", "email", "profile", "groups"],
  features: { devInteractions: { enabled: false } },
  findAccount: (_, id) => ({ accountId: id, claims: () => claims }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid email profile groups");
    await grant.save();
    return grant;
  },
});
const serve = provider.callback();
server.on("request", (request, response) => {
  if (request.url.startsWith("/interaction/")) {
    provider.interactionFinished(request, response, { login: { accountId: "ada-1" } });
  } else {
    serve(request, response);
  }
});
console.log(issuer);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
