"""Uses the client that openapi-generator has made for Python, against the quick start: what Tests/clients.sh runs."""

import os

from mask import ApiClient, ApiException, BioPagesApi, Configuration, LinksApi, QRCodesApi
from mask.models import (
    Block,
    HeadingBlock,
    LinkBlock,
    LinkChanges,
    LinkInput,
    PageChanges,
    PageInput,
    RedirectStatus,
    SocialBlock,
    SocialNetwork,
    SocialProfile,
)

configuration = Configuration(
    host=os.environ["MASK_CLIENT_URL"], access_token=os.environ["MASK_API_KEY"], ssl_ca_cert=os.environ["MASK_CACERT"]
)
client = ApiClient(configuration)
client.set_default_header("Host", os.environ["MASK_CLIENT_HOST"])
links, pages, codes = LinksApi(client), BioPagesApi(client), QRCodesApi(client)


def refusal(call):
    try:
        call()
    except ApiException as refused:
        return refused
    raise AssertionError("not refused")


link = links.create_link(LinkInput(url="https://example.com/a", tags=["client"], redirect_status=RedirectStatus.NUMBER_307))
assert link.redirect_status == RedirectStatus.NUMBER_307, link
refused = refusal(lambda: links.create_link(LinkInput(url="https://example.com/", slug=link.slug)))
assert refused.status == 409 and refused.data.code == "slug_taken", refused

others = [links.create_link(LinkInput(url=f"https://example.com/{n}", tags=["client"])) for n in range(4)]
ids, cursor = [], None
while True:
    page = links.list_links(tag=["client"], limit=2, starting_after=cursor)
    ids += [each.id for each in page.data]
    if not page.has_more:
        break
    cursor = page.next_cursor
assert ids == [each.id for each in reversed([link, *others])], ids

link = links.update_link(link.id, LinkChanges(title="From Python"))
assert link.title == "From Python" and link.tags == ["client"], link

image = codes.get_link_qr(link.id)
assert bytes(image).startswith(b"\x89PNG\r\n\x1a\n"), image[:16]

profile = SocialProfile(network=SocialNetwork.GITHUB, url="https://github.com/ada")
blocks = [
    LinkBlock(type="link", title="Notes", url="https://example.com/notes"),
    LinkBlock(type="link", title="A", link_id=link.id),
    HeadingBlock(type="heading", text="Elsewhere"),
    SocialBlock(type="social", profiles=[profile]),
]
page = pages.create_page(PageInput(title="Ada", blocks=[Block(block) for block in blocks]))
page = pages.get_page(page.id)
kinds = [type(block.actual_instance) for block in page.blocks]
assert kinds == [LinkBlock, LinkBlock, HeadingBlock, SocialBlock], kinds
page = pages.update_page(page.id, PageChanges(blocks=page.blocks[::-1]))
assert [type(block.actual_instance) for block in page.blocks] == kinds[::-1], page.blocks

for each in [link, *others]:
    links.delete_link(each.id)
assert refusal(lambda: links.get_link(link.id)).data.code == "not_found"
print("openapi-generator, Python: create, list, update, delete, a page with blocks, a PNG")
