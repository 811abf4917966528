/**
 * A made-up estate of any size for the development server: resources, their scene, coverage. Deterministic.
 * The places are those of a simple nested grid; the real layout is the server's.
 */

const LEAF = { width: 128, height: 92 };
const GAP = 24;
const HEADER = 34;
const PAD = 20;

const KINDS = [
  ["aws.ec2.instance", "virtual_machine", "web", "t3.large"],
  ["aws.ec2.instance", "virtual_machine", "worker", "m6i.xlarge"],
  ["aws.rds.instance", "database", "orders-db", "db.r6g.large"],
  ["aws.elasticache.cluster", "cache", "session-cache", "cache.t4g.small"],
  ["aws.lambda.function", "function", "resize-image", "python3.12"],
  ["aws.ecs.service", "container_service", "orders", "Fargate"],
  ["aws.elbv2.load_balancer", "load_balancer", "web-alb", "443 · 2 AZ"],
  ["aws.ec2.nat_gateway", "gateway", "nat", "52.1.4.9"],
];
const REGIONAL = [
  ["aws.s3.bucket", "bucket", "assets", "142 GB"],
  ["aws.sqs.queue", "queue", "orders", "standard"],
  ["aws.sns.topic", "topic", "events", ""],
  ["aws.dynamodb.table", "table", "carts", "on-demand"],
  ["aws.kms.key", "key", "main", ""],
  ["aws.secretsmanager.secret", "secret", "db-password", ""],
];
export const HOSTILE = [
  '<script>alert("x")</script>', `O'Reilly & "Sons" <b>bold</b>`, "שרת ייצור ראשי-1", "🦄🚀 rocket-📦-service", "x".repeat(1000),
  "‮evil‬name", "line\nbreak\ttab", "数据库-主节点-生产环境-非常长的名字",
];

export function estate(size) {
  let seed = 42;
  const next = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const nodes = [];
  const edges = [];
  const resources = [];
  let made = 0;

  const leaf = (parent, [type, kind, name, sublabel], at, account, region, zone) => {
    const number = made++;
    const count = number % 9 === 4 ? 3 + (number % 11) : 1;
    const hostile = number % 17 === 11 ? HOSTILE[Math.floor(number / 17) % HOSTILE.length] : null;
    const label = hostile ?? `${name}-${number}`;
    const id = `arn:aws:x:${region}:${account}:${kind}/${kind}-${number}`;
    const members = count > 1 ? Array.from({ length: count }, (_, each) => `${id}-${each}`) : [id];
    const cost = Math.round(next() * 40000) / 100;
    nodes.push({
      id: count > 1 ? `stack:${id}` : id, parent, container: false, x: at.x, y: at.y, ...LEAF, label, sublabel, type, kind,
      provider: "aws", icon: "", role: "", tier: "", count, members, cost_monthly: cost,
      change: number % 41 === 7 ? "added" : number % 41 === 20 ? "changed" : null,
    });
    for (const member of members) {
      resources.push({
        id: member, provider: "aws", type, native_type: "AWS::Made::Up", kind, name: label, account, region, zone, parent,
        state: ["running", "stopped", "available", "failed"][number % 4],
        tags: { env: number % 3 ? "prod" : "test", Owner: "team-shop@example.com", "cost centre": "4711", ...(hostile ? { [hostile]: hostile } : {}) },
        cost_monthly: cost, currency: "USD",
        properties: {
          size: sublabel, private_ip: "10.0.1.17", monitoring: true, block_devices: [{ name: "/dev/xvda", size_gb: 80, encrypted: true }],
          security_groups: ["sg-0a1", "sg-0b2"], description: hostile ?? "Serves the shop", nothing: null, policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*" }] },
        },
      });
    }
    return nodes[nodes.length - 1];
  };

  const box = (id, parent, role, kind, label, sublabel, x, y, width, height) => {
    nodes.push({
      id, parent, container: true, x, y, width, height, label, sublabel, type: role === "network" ? "aws.ec2.vpc" : "", kind, provider: "aws", icon: "", role,
      tier: "", count: 1, members: [], cost_monthly: null, change: null,
    });
  };

  const connect = (a, b, label = null) => {
    const from = { x: a.x + a.width / 2, y: a.y + a.height };
    const to = { x: b.x + b.width / 2, y: b.y };
    const middle = from.y + Math.max(12, (to.y - from.y) / 2);
    edges.push({
      id: `e${edges.length}`, source: a.id, target: b.id, kind: edges.length % 7 === 3 ? "member_of" : "uses", count: 1 + (edges.length % 3),
      points: [[from.x, from.y], [from.x, middle], [to.x, middle], [to.x, to.y]], label,
      label_at: label ? [(from.x + to.x) / 2, middle] : null,
    });
  };

  // A network: two zones with three subnets each, twenty-four leaves; and a group of regional services beside it.
  const perSubnet = 4;
  const subnetWidth = 2 * LEAF.width + GAP + 2 * PAD;
  const subnetHeight = HEADER + 2 * LEAF.height + GAP + PAD;
  const zoneWidth = subnetWidth + 2 * PAD;
  const zoneHeight = HEADER + 3 * (subnetHeight + GAP);
  const networkWidth = 2 * zoneWidth + GAP + 2 * PAD;
  const networkHeight = HEADER + zoneHeight + PAD;
  const groupWidth = 2 * LEAF.width + GAP + 2 * PAD;
  const regionWidth = networkWidth + groupWidth + GAP + 2 * PAD;
  const regionHeight = networkHeight + HEADER + PAD;
  const perRegion = 6 * perSubnet + REGIONAL.length;
  const regions = Math.max(1, Math.round(size / perRegion));
  const columns = Math.max(1, Math.round(Math.sqrt((regions * regionHeight) / regionWidth) * 1.25));
  const perAccount = columns * 2;
  const names = ["eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2"];
  const step = { x: regionWidth + GAP, y: regionHeight + GAP };

  for (let number = 0; number < regions; number++) {
    const account = 100000000000 + Math.floor(number / perAccount);
    const accountId = `account:${account}`;
    const row = Math.floor(number / columns);
    const accountRow = Math.floor(number / perAccount);
    const x0 = 40 + PAD + (number % columns) * step.x;
    const y0 = 40 + accountRow * (HEADER + PAD + GAP) + HEADER + row * step.y;
    if (number % perAccount === 0) {
      const rows = Math.ceil(Math.min(perAccount, regions - number) / columns);
      const wide = Math.min(columns, regions - number);
      box(accountId, null, "account", "account", `AWS account acme-${accountRow + 1}`, String(account), 40, y0 - HEADER, wide * step.x - GAP + 2 * PAD, HEADER + rows * step.y - GAP + PAD);
    }
    const region = names[number % names.length];
    const regionId = `region:${account}:${number}`;
    box(regionId, accountId, "region", "region", `Region ${region}`, "", x0, y0, regionWidth, regionHeight);
    const networkId = `arn:aws:ec2:${region}:${account}:vpc/vpc-${number}`;
    const nx = x0 + PAD;
    const ny = y0 + HEADER;
    box(networkId, regionId, "network", "network", `VPC shop-${number}`, "10.0.0.0/16", nx, ny, networkWidth, networkHeight);
    for (let zone = 0; zone < 2; zone++) {
      const zoneName = `${region}${"ab"[zone]}`;
      const zoneId = `zone:${number}:${zone}`;
      const zx = nx + PAD + zone * (zoneWidth + GAP);
      const zy = ny + HEADER;
      box(zoneId, networkId, "zone", "zone", `Availability zone ${zoneName}`, "", zx, zy, zoneWidth, zoneHeight);
      const above = [];
      for (let subnet = 0; subnet < 3; subnet++) {
        const subnetId = `subnet:${number}:${zone}:${subnet}`;
        const sx = zx + PAD;
        const sy = zy + HEADER + subnet * (subnetHeight + GAP);
        box(subnetId, zoneId, subnet === 0 ? "subnet_public" : "subnet_private", "subnet", subnet === 0 ? "Public subnet" : "Private subnet", `10.0.${subnet}${zone}.0/24`, sx, sy, subnetWidth, subnetHeight);
        for (let each = 0; each < perSubnet; each++) {
          const at = { x: sx + PAD + (each % 2) * (LEAF.width + GAP), y: sy + HEADER + Math.floor(each / 2) * (LEAF.height + GAP) };
          const placed = leaf(subnetId, KINDS[(subnet * 3 + each + zone) % KINDS.length], at, String(account), region, zoneName);
          if (each < 2) {
            if (subnet > 0) connect(above[each], placed, each === 0 ? ["443", "5432"][subnet - 1] : null);
            above[each] = placed;
          }
        }
      }
    }
    const gx = nx + networkWidth + GAP;
    const gy = ny;
    const groupId = `group:${number}`;
    box(groupId, regionId, "group", "group", "Data & integration", "", gx, gy, groupWidth, HEADER + 3 * (LEAF.height + GAP) + PAD);
    REGIONAL.forEach((kind, each) => {
      const at = { x: gx + PAD + (each % 2) * (LEAF.width + GAP), y: gy + HEADER + Math.floor(each / 2) * (LEAF.height + GAP) };
      leaf(groupId, kind, at, String(account), region, null);
    });
  }
  const width = Math.max(...nodes.filter((node) => node.parent === null).map((node) => node.x + node.width)) + 40;
  const height = Math.max(...nodes.filter((node) => node.parent === null).map((node) => node.y + node.height)) + 40;
  const boxes = nodes.filter((node) => !node.container);
  return {
    resources,
    scene: {
      format: "cloudviz.scene/1", title: "", layout: "hierarchical", theme: "enterprise", width, height, nodes, edges,
      summary: {
        resources: resources.length, shown: boxes.length, links: edges.length * 2, links_shown: edges.length,
        cost_monthly: 18204.11, currency: "USD", hidden: { network_interface: 31, firewall: 14, route_table: 8, identity: 22 }, gaps: 3,
      },
    },
  };
}

export const coverage = {
  gaps: 3,
  items: [
    gap("denied", "eu-west-1", "aws.ec2.volume", "ec2:DescribeVolumes", "AccessDenied: User: arn:aws:sts::100000000000:assumed-role/scan/cloudviz is not authorized to perform: ec2:DescribeVolumes because no identity-based policy allows the ec2:DescribeVolumes action"),
    gap("throttled", "us-east-1", "aws.lambda.function", null, "TooManyRequestsException: Rate exceeded"),
    gap("timeout", "", "aws.iam.role", null, "no answer within 60 s"),
    ...["aws.ec2.instance", "aws.ec2.vpc", "aws.s3.bucket"].flatMap((type) => ["eu-west-1", "us-east-1"].map((region) => gap("seen", region, type, null, null))),
    gap("skipped", "ap-southeast-2", "aws.ec2.instance", null, null),
  ],
};

function gap(status, region, type, permission, detail) {
  return { provider: "aws", account: "100000000000", region, type, status, count: status === "seen" ? 12 : 0, permission, detail };
}
