// Uses the client that openapi-generator has made for TypeScript, against the quick start: what Tests/clients.sh runs.

import { BioPagesApi, Configuration, LinksApi, QRCodesApi, RedirectStatus, ResponseError, SocialNetwork } from "./typescript-fetch";

declare const process: { env: Record<string, string>; exitCode: number };
declare const require: (name: string) => any;

function check(holds: boolean, what: unknown): void {
  if (!holds) throw new Error(JSON.stringify(what));
}

// fetch does not let a program choose the Host, so the name is looked up here.
function fetchFromHere(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const url = new URL(String(input));
  return new Promise((resolve, reject) => {
    const request = require("node:https").request(
      { host: "127.0.0.1", servername: url.hostname, port: url.port, path: url.pathname + url.search, method: init.method,
        headers: { ...(init.headers as Record<string, string>), Host: url.host } },
      (answer: any) => {
        const parts: Uint8Array[] = [];
        answer.on("data", (part: Uint8Array) => parts.push(part));
        answer.on("end", () => {
          const status: number = answer.statusCode;
          const body = status === 204 ? null : new Blob(parts as BlobPart[]);
          resolve(new Response(body, { status, headers: { "Content-Type": answer.headers["content-type"] ?? "" } }));
        });
      });
    request.on("error", reject);
    request.end(init.body);
  });
}

async function refusal(call: Promise<unknown>): Promise<{ status: number; code: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ResponseError) return await error.response.json();
    throw error;
  }
  throw new Error("not refused");
}

async function main(): Promise<void> {
  const configuration = new Configuration({ accessToken: process.env.MASK_API_KEY, fetchApi: fetchFromHere });
  const links = new LinksApi(configuration);
  const pages = new BioPagesApi(configuration);

  let link = await links.createLink({
    linkInput: { url: "https://example.com/a", tags: new Set(["client"]), redirectStatus: RedirectStatus.NUMBER_307 },
  });
  check(link.redirectStatus === RedirectStatus.NUMBER_307, link);
  const refused = await refusal(links.createLink({ linkInput: { url: "ftp://example.com/" } }));
  check(refused.status === 422 && refused.code === "validation_failed", refused);

  const made = [link.id];
  for (let n = 0; n < 4; n++) {
    made.unshift((await links.createLink({ linkInput: { url: `https://example.com/${n}`, tags: new Set(["client"]) } })).id);
  }
  const ids: string[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await links.listLinks({ tag: ["client"], limit: 2, startingAfter: cursor ?? undefined });
    ids.push(...page.data.map((each) => each.id));
    cursor = page.nextCursor;
  } while (cursor);
  check(ids.join() === made.join(), ids);

  link = await links.updateLink({ id: link.id, linkChanges: { title: "From TypeScript" } });
  check(link.title === "From TypeScript" && link.tags[0] === "client", link);

  const image = new Uint8Array(await (await new QRCodesApi(configuration).getLinkQR({ id: link.id })).arrayBuffer());
  check(image[0] === 0x89 && image[1] === 0x50, image[0]);

  let page = await pages.createPage({
    pageInput: {
      title: "Ada",
      blocks: [
        { type: "link", title: "Notes", url: "https://example.com/notes" },
        { type: "link", title: "A", linkId: link.id },
        { type: "heading", text: "Elsewhere" },
        { type: "social", profiles: [{ network: SocialNetwork.Github, url: "https://github.com/ada" }] },
      ],
    },
  });
  page = await pages.getPage({ id: page.id });
  const second = page.blocks[1];
  check(second.type === "link" && second.linkId === link.id, second);
  page = await pages.updatePage({ id: page.id, pageChanges: { blocks: [...page.blocks].reverse() } });
  check(page.blocks.map((block) => block.type).join() === "social,heading,link,link", page.blocks);

  for (const id of made) await links.deleteLink({ id });
  const gone = await refusal(links.getLink({ id: link.id }));
  check(gone.status === 404 && gone.code === "not_found", gone);
  console.log("openapi-generator, TypeScript: create, list, update, delete, a page with blocks, a PNG");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
