"""Uses the client that openapi-python-client has made, against the quick start: what Tests/clients.sh runs."""

import os
import ssl

from mask_client import AuthenticatedClient
from mask_client.api.bio_pages import create_page, get_page, update_page
from mask_client.api.events import list_events
from mask_client.api.links import create_link, delete_link, get_link, list_links, update_link
from mask_client.api.qr_codes import get_link_qr
from mask_client.models import (
    HeadingBlock,
    Link,
    LinkBlock,
    LinkChanges,
    LinkInput,
    LinkList,
    PageChanges,
    PageInput,
    Problem,
    RedirectStatus,
    SocialBlock,
    SocialNetwork,
    SocialProfile,
)

client = AuthenticatedClient(
    base_url=os.environ["MASK_CLIENT_URL"],
    token=os.environ["MASK_API_KEY"],
    headers={"Host": os.environ["MASK_CLIENT_HOST"]},
    verify_ssl=ssl.create_default_context(cafile=os.environ["MASK_CACERT"]),
    raise_on_unexpected_status=True,
)

# Create, and what is refused.
link = create_link.sync(
    client=client,
    body=LinkInput(url="https://example.com/a", tags=["client"], redirect_status=RedirectStatus.VALUE_307),
)
assert isinstance(link, Link) and link.redirect_status == RedirectStatus.VALUE_307, link
refused = create_link.sync(client=client, body=LinkInput(url="ftp://example.com/"))
assert isinstance(refused, Problem) and refused.code == "validation_failed", refused
assert [error.pointer for error in refused.errors] == ["/url"], refused.errors

# A list, page by page.
others = [create_link.sync(client=client, body=LinkInput(url=f"https://example.com/{n}", tags=["client"])) for n in range(4)]
ids, cursor = [], None
while True:
    page = list_links.sync(client=client, tag=["client"], limit=2, **({"starting_after": cursor} if cursor else {}))
    assert isinstance(page, LinkList), page
    ids += [each.id for each in page.data]
    if not page.has_more:
        break
    cursor = page.next_cursor
assert ids == [each.id for each in reversed([link, *others])], ids

# Update: what is sent changes, null clears, what is left out stays.
link = update_link.sync(id=link.id, client=client, body=LinkChanges(title="From Python"))
assert link.title == "From Python" and link.tags == ["client"], link
link = update_link.sync(id=link.id, client=client, body=LinkChanges(title=None))
assert link.title is None and link.tags == ["client"], link

# A PNG, as bytes.
image = get_link_qr.sync(id=link.id, client=client).payload.read()
assert image.startswith(b"\x89PNG\r\n\x1a\n"), image[:16]

# A page with blocks, each read back as what it is, and sent again.
page = create_page.sync(
    client=client,
    body=PageInput(
        title="Ada",
        blocks=[
            LinkBlock(type_="link", title="Notes", url="https://example.com/notes"),
            LinkBlock(type_="link", title="A", link_id=link.id),
            HeadingBlock(type_="heading", text="Elsewhere"),
            SocialBlock(
                type_="social", profiles=[SocialProfile(network=SocialNetwork.GITHUB, url="https://github.com/ada")]
            ),
        ],
    ),
)
read = get_page.sync(id=page.id, client=client)
assert [type(block) for block in read.blocks] == [LinkBlock, LinkBlock, HeadingBlock, SocialBlock], read.blocks
assert read.blocks[1].link_id == link.id and read.blocks[1].url is None
read = update_page.sync(id=page.id, client=client, body=PageChanges(blocks=list(reversed(read.blocks))))
assert [type(block) for block in read.blocks] == [SocialBlock, HeadingBlock, LinkBlock, LinkBlock], read.blocks

events = list_events.sync(client=client)
assert events.data[0].type_ == "link.updated" and events.data[0].data["id"] == link.id, events.data[0]

# Delete.
for each in [link, *others]:
    assert delete_link.sync_detailed(id=each.id, client=client).status_code == 204
gone = get_link.sync(id=link.id, client=client)
assert isinstance(gone, Problem) and gone.status == 404, gone
client.get_httpx_client().close()
print("openapi-python-client: create, list, update, delete, a page with blocks, a PNG")
