// Uses the client that openapi-generator has made for Go, against the quick start: what Tests/clients.sh runs.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"reflect"
	"slices"

	"client/mask"
)

// must ends the program where a call has failed.
func must[Value any](value Value, response *http.Response, err error) Value {
	check(err == nil, "%v %v", err, response)
	return value
}

func check(holds bool, format string, values ...any) {
	if !holds {
		panic(fmt.Sprintf(format, values...))
	}
}

// code is that of the problem that a call was refused with.
func code(err error) mask.ErrorCode {
	var refused *mask.GenericOpenAPIError
	check(errors.As(err, &refused), "%v", err)
	return refused.Model().(mask.Problem).Code
}

func main() {
	authority, err := os.ReadFile(os.Getenv("MASK_CACERT"))
	check(err == nil, "%v", err)
	pool := x509.NewCertPool()
	check(pool.AppendCertsFromPEM(authority), "no authority")
	configuration := mask.NewConfiguration()
	configuration.HTTPClient = &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			_, port, _ := net.SplitHostPort(address)
			return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
		},
	}}
	client := mask.NewAPIClient(configuration)
	ctx := context.WithValue(context.Background(), mask.ContextAccessToken, os.Getenv("MASK_API_KEY"))

	input := func(url string) mask.LinkInput {
		link := mask.NewLinkInput(url)
		link.SetTags([]string{"client"})
		return *link
	}
	first := input("https://example.com/a")
	first.SetRedirectStatus(mask.REDIRECTSTATUS__307)
	link := must(client.LinksAPI.CreateLink(ctx).LinkInput(first).Execute())
	check(link.RedirectStatus == mask.REDIRECTSTATUS__307, "%v", link)
	_, _, err = client.LinksAPI.CreateLink(ctx).LinkInput(input("ftp://example.com/")).Execute()
	check(code(err) == mask.ERRORCODE_VALIDATION_FAILED, "%v", err)

	made := []string{link.Id}
	for n := range 4 {
		other := must(client.LinksAPI.CreateLink(ctx).LinkInput(input(fmt.Sprint("https://example.com/", n))).Execute())
		made = append([]string{other.Id}, made...)
	}
	var ids []string
	request := client.LinksAPI.ListLinks(ctx).Tag([]string{"client"}).Limit(2)
	for {
		page := must(request.Execute())
		for _, each := range page.Data {
			ids = append(ids, each.Id)
		}
		if !page.HasMore {
			break
		}
		request = request.StartingAfter(*page.NextCursor.Get())
	}
	check(slices.Equal(ids, made), "%v", ids)

	changes := mask.NewLinkChanges()
	changes.SetTitle("From Go")
	link = must(client.LinksAPI.UpdateLink(ctx, link.Id).LinkChanges(*changes).Execute())
	check(*link.Title.Get() == "From Go" && slices.Equal(link.Tags, []string{"client"}), "%v", link)

	file := must(client.QRCodesAPI.GetLinkQR(ctx, link.Id).Execute())
	image, err := io.ReadAll(file)
	check(err == nil && bytes.HasPrefix(image, []byte("\x89PNG\r\n\x1a\n")), "%v", err)
	os.Remove(file.Name())

	notes, shown := mask.NewLinkBlock("link", "Notes"), mask.NewLinkBlock("link", "A")
	notes.SetUrl("https://example.com/notes")
	shown.SetLinkId(link.Id)
	profile := mask.NewSocialProfile(mask.SOCIALNETWORK_GITHUB, "https://github.com/ada")
	draft := mask.NewPageInput("Ada")
	draft.SetBlocks([]mask.Block{
		mask.LinkBlockAsBlock(notes), mask.LinkBlockAsBlock(shown), mask.HeadingBlockAsBlock(mask.NewHeadingBlock("heading", "Elsewhere")),
		mask.SocialBlockAsBlock(mask.NewSocialBlock("social", []mask.SocialProfile{*profile})),
	})
	page := must(client.BioPagesAPI.CreatePage(ctx).PageInput(*draft).Execute())
	page = must(client.BioPagesAPI.GetPage(ctx, page.Id).Execute())
	check(*page.Blocks[1].LinkBlock.LinkId.Get() == link.Id && page.Blocks[2].HeadingBlock.Text == "Elsewhere", "%v", page.Blocks)
	turned := mask.NewPageChanges()
	blocks := slices.Clone(page.Blocks)
	slices.Reverse(blocks)
	turned.SetBlocks(blocks)
	page = must(client.BioPagesAPI.UpdatePage(ctx, page.Id).PageChanges(*turned).Execute())
	check(reflect.TypeOf(page.Blocks[0].GetActualInstance()) == reflect.TypeOf(&mask.SocialBlock{}), "%v", page.Blocks)

	for _, id := range made {
		_, err := client.LinksAPI.DeleteLink(ctx, id).Execute()
		check(err == nil, "%v", err)
	}
	_, _, err = client.LinksAPI.GetLink(ctx, link.Id).Execute()
	check(code(err) == mask.ERRORCODE_NOT_FOUND, "%v", err)
	fmt.Println("openapi-generator, Go: create, list, update, delete, a page with blocks, a PNG")
}
