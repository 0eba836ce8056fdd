import Glibc
import Images
import Testing

/// What librsvg follows leads nowhere but into the document itself, whatever it is written like.
@Suite("Addresses in SVG")
struct SVGReaderTests {
    private func document(_ content: String, _ attributes: String = "") -> String {
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='20' height='10' \(attributes)>\(content)</svg>"
    }

    private func check(_ text: String) throws(ImageError) { try SVG.requireSelfContained(Array(text.utf8)) }

    // MARK: Refused

    @Test("an address that leads out is refused, however it is written", arguments: [
        "<image href='a.png'/>", "<image href='#a'/>", "<svg:image\nhref='a'/>", "<IMAGE/>", "<feImage href='#a'/>",
        "<xi:include parse='xml' href='#a'/>", "<use href='data:image/svg+xml,x'/>", "<use xlink:href=\"https://example.com/a.svg#a\"/>",
        "<use href = '\n#a'/>", "<use href=''/>", "<a xlink:href='//example.com'/>", "<use x:HREF='a'/>",
        // A character in digits, with zeros before them; within a word that a parser of addresses puts together again.
        "<use href='&#100;ata:,x'/>", "<use href='&#x64;ata:,x'/>", "<use href='&#000000000100;ata:image/svg+xml;base64,AA#a'/>",
        "<use href='da&#10;ta:image/svg+xml;base64,AA#a'/>", "<use href='&unknown;'/>",
        // In a style.
        "<rect fill='url(data:x#p)'/>", #"<rect fill='url("\64 ata:image/svg+xml;base64,AA#p")'/>"#, "<rect style='fill: URL( \"x#p\" )'/>",
        "<rect fill='&#117;rl(x#p)'/>", "<rect fill='u&#x72;l(x)'/>", "<rect mask='url()'/>", "<rect mask='url('/>",
        "<style>a{fill:url( DATA:x)}</style>", "<style>@import 'data:text/css,x';</style>", "<style><![CDATA[@IMPORT url(#a)]]></style>",
        #"<style>@\69mport 'x'</style>"#, #"<style>a{fill:u\72l(x)}</style>"#, "<svg:style>a{fill:url(x)}</svg:style>",
        "<style>a{fill:u<!-- -->rl(x)}</style>", "<style>a{fill:u<![CDATA[rl(x)]]>}</style>", "<style>a{fill:u<b/>rl(x)}</style>",
        "<style>a{fill:url(&#100;ata:x)}</style>",
    ])
    func leadsOut(content: String) {
        #expect(throws: ImageError.notSelfContained) { try check(document(content)) }
    }

    @Test("what could bring in an address unseen is refused before the first element", arguments: [
        "<!DOCTYPE svg [<!ENTITY a \"da\"><!ENTITY b \"ta:\">]><svg><use href='&a;&b;image/svg+xml;base64,AA#a'/></svg>",
        "<!DOCTYPE svg [<!ENTITY a '#'>]><svg><use href='&a;b'/></svg>", "<!DOCTYPE svg [<!ENTITY a 'x'>]><svg><text>&a;</text></svg>",
        "<!DOCTYPE svg [<!ENTITY a '&#60;image/>'>]><svg/>", "<!DOCTYPE svg [<!ENTITY a '<image/>'>]><svg/>",
        "<!DOCTYPE svg [<!ENTITY % a 'x'>]><svg/>", "<!DOCTYPE svg [%a;]><svg/>", "<!DOCTYPE svg [<!ENTITY a '%b;'>]><svg/>",
        "<!DOCTYPE svg [<!ENTITY a SYSTEM 'a.svg'>]><svg/>", "<!DOCTYPE svg [<!ENTITY a PUBLIC 'a' 'a.svg'>]><svg/>",
        "<!DOCTYPE svg [<!ENTITY a '\(String(repeating: "x", count: 257))'>]><svg/>",
        "<!DOCTYPE svg [<!ATTLIST use href CDATA '#a'>]><svg><use/></svg>", "<!DOCTYPE svg [<!ELEMENT svg ANY>]><svg/>",
        "<?xml-stylesheet href='#a'?><svg/>", "<?XML-STYLESHEET?><svg/>", "<svg><?php x?></svg>",
        "<?xml version='1.0' encoding='UTF-7'?><svg><use href='+AGQ-ata:,x'/></svg>", "<?xml encoding='utf-16' version='1.0'?><svg/>",
    ])
    func unseen(text: String) {
        #expect(throws: ImageError.notSelfContained) { try check(text) }
    }

    @Test("what is no SVG is told from what is broken", arguments: [
        ("just text", ImageError.unknownFormat), ("\u{1F}\u{8B}", .unknownFormat), ("", .unknownFormat),
        ("<\u{0}s\u{0}v\u{0}g", .unknownFormat), ("<svg", nil), ("<svg\u{0}/>", nil), ("<svg a/>", nil), ("<svg a=b/>", nil), ("<svg a='", nil),
        ("<svg a='<'/>", nil), ("<svg><!-- ", nil), ("<svg>&", nil), ("<svg><style>", nil), ("<!DOCTYPE <svg", nil), ("< svg/> <svg/>", nil),
    ])
    func broken(text: String, expected: ImageError?) {
        let error = #expect(throws: ImageError.self) { try check(text) }
        if let expected {
            #expect(error == expected)
        } else if case .unreadable = error {} else {
            Issue.record("\(text): \(String(describing: error))")
        }
    }

    @Test("a word with more marks on a letter than there can be is none: it would be compared for long", arguments: [
        "<a%/>", "<a b%='1'/>", "<a b='&%;'/>", "<a/>&%;", "<?%?>",
    ])
    func endlessMarks(text: String) {
        let marks = String(repeating: "\u{316}\u{301}", count: 200)
        #expect(throws: ImageError.unreadable("it is no XML that is whole")) {
            try check(document(text.replacing("%", with: marks)))
        }
    }

    /// Of a processor: to read it once takes a hundredth of the bound, to read it anew from each of them many times the bound.
    @Test("a document that opens again and again what it never ends is read once", arguments: [
        ("", "<!entity"), ("<!DOCTYPE svg [", "<!ENTITY a 'b"), ("<!DOCTYPE svg [", "<!ENTITY a 'b'>"), ("", "<!--"), ("<a b='", "&#"),
        ("<a b='", "&#0;"), ("<style>", "url("), ("", "<a "),
    ])
    func work(start: String, part: String) {
        let head = "<svg/>" + start
        let text = head + String(repeating: part, count: (256 * 1024 - head.utf8.count) / part.utf8.count)
        let before = processorSeconds()
        _ = try? check(text)
        #expect(processorSeconds() - before < 30)
    }

    /// Of this thread, so that others on the machine make no difference.
    private func processorSeconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec
    }

    // MARK: Taken

    @Test("drawings that lead into themselves are taken, and names and words like addresses", arguments: [
        "<rect class='image'/><text>image, data: and @import url(x)</text>", "<text>it&#39;s &lt;image&gt; &amp; \\ (more)</text>",
        "<use xlink:href='#a'/><use href=\"#a\"/>", "<metadata: x='a'/>", "<imagery/>", "<g id='my-data:1'/>", "<g data-name='data:1'/>",
        "<rect fill='url(#a)'/><rect style=\"fill:url( '#a' ) red; clip-path : URL(#b)\"/>", "<rect fill='url(&quot;#a&quot;)'/>",
        "<style>.a{fill:url(#a)} @media print { .b{fill:#fff} } @font-face{font-family:x}</style>", "<style/>", "<script>if (a &lt; b) {}</script>",
        "<g inkscape:export-filename='C:\\Users\\ada\\logo.png'/>", "<style type='text/css'><![CDATA[\n.a > .b{fill:#fff}\n]]></style>",
        "<!-- <image href='a'/> -->", "<?xpacket begin='' id='W5M0'?>",
    ])
    func taken(content: String) throws {
        try check(document(content))
        try check("\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='no'?>\r\n" + document(content))
    }

    @Test("logos as editors write them are taken, and drawn", arguments: ["Illustrator", "Inkscape", "Figma", "CorelDRAW"])
    func editors(name: String) throws {
        let text = try #require(Self.logos[name])
        try check(text)
        let bitmap = try SVG.decoded(Array(text.utf8), side: 16, limits: ImageLimits(bytes: 256 * 1024, side: 2048))
        let middle = (bitmap.height / 2 * bitmap.width + bitmap.width / 2) * 4
        #expect(Array(bitmap.pixels[middle..<middle + 4]) == [255, 0, 0, 255])
    }

    private static let logos = [
        "Illustrator": """
            <?xml version="1.0" encoding="iso-8859-1"?>
            <!-- Generator: Adobe Illustrator 16.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->
            <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
            \t<!ENTITY ns_extend "http://ns.adobe.com/Extensibility/1.0/">
            \t<!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/">
            \t<!ENTITY ns_svg "http://www.w3.org/2000/svg">
            \t<!ENTITY ns_xlink "http://www.w3.org/1999/xlink">
            ]>
            <svg version="1.1" id="Layer_1" xmlns:x="&ns_extend;" xmlns:i="&ns_ai;" xmlns="&ns_svg;" xmlns:xlink="&ns_xlink;"
            \t x="0px" y="0px" width="16px" height="16px" viewBox="0 0 16 16" enable-background="new 0 0 16 16" xml:space="preserve">
            <style type="text/css">
            <![CDATA[
            \t.st0{fill:url(#SVGID_1_);}
            \t.st1{clip-path:url(#SVGID_3_);font-family:'MyriadPro-Regular';}
            ]]>
            </style>
            <switch>
            \t<foreignObject requiredExtensions="&ns_ai;" x="0" y="0" width="1" height="1">
            \t\t<i:pgfRef  xlink:href="#adobe_illustrator_pgf"></i:pgfRef>
            \t</foreignObject>
            \t<g i:extraneous="self">
            \t\t<linearGradient id="SVGID_1_" gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="16" y2="0">
            \t\t\t<stop  offset="0" style="stop-color:#FF0000"/>
            \t\t\t<stop  offset="1" style="stop-color:#FF0000"/>
            \t\t</linearGradient>
            \t\t<defs><rect id="SVGID_2_" width="16" height="16"/></defs>
            \t\t<clipPath id="SVGID_3_"><use xlink:href="#SVGID_2_"  overflow="visible"/></clipPath>
            \t\t<g class="st1"><rect class="st0" width="16" height="16"/></g>
            \t</g>
            </switch>
            <i:pgf  id="adobe_illustrator_pgf"><![CDATA[eJzsvWl34zqSJni/13E/gO05fSYz24S4L1W=]]></i:pgf>
            </svg>
            """,
        "Inkscape": #"""
            <?xml version="1.0" encoding="UTF-8" standalone="no"?>
            <!-- Created with Inkscape (http://www.inkscape.org/) -->

            <svg
               xmlns:dc="http://purl.org/dc/elements/1.1/"
               xmlns:cc="http://creativecommons.org/ns#"
               xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
               xmlns:svg="http://www.w3.org/2000/svg"
               xmlns="http://www.w3.org/2000/svg"
               xmlns:xlink="http://www.w3.org/1999/xlink"
               xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"
               xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
               width="16mm" height="16mm" viewBox="0 0 16 16" version="1.1" id="svg8"
               inkscape:version="0.92.4 (5da689c313, 2019-01-14)"
               sodipodi:docname="logo.svg"
               inkscape:export-filename="C:\Users\ada\Desktop\logo.png">
              <defs id="defs2">
                <linearGradient id="linearGradient815" inkscape:collect="always">
                  <stop style="stop-color:#ff0000;stop-opacity:1" offset="0" id="stop811" />
                </linearGradient>
                <linearGradient inkscape:collect="always" xlink:href="#linearGradient815" id="linearGradient817"
                   x1="0" y1="0" x2="16" y2="0" gradientUnits="userSpaceOnUse" />
              </defs>
              <sodipodi:namedview id="base" pagecolor="#ffffff" inkscape:zoom="0.35" inkscape:document-units="mm" />
              <metadata id="metadata5">
                <rdf:RDF>
                  <cc:Work rdf:about="">
                    <dc:format>image/svg+xml</dc:format>
                    <dc:type rdf:resource="http://purl.org/dc/dcmitype/StillImage" />
                    <dc:title>Müller &amp; Söhne</dc:title>
                  </cc:Work>
                </rdf:RDF>
              </metadata>
              <g inkscape:label="Ebene 1" inkscape:groupmode="layer" id="layer1">
                <rect style="fill:url(#linearGradient817);fill-opacity:1;stroke:none;-inkscape-stroke:none" id="rect1" width="16" height="16" />
              </g>
            </svg>
            """#,
        "Figma": """
            <svg width="16" height="16" viewBox="0 0 16 16" fill="none" xmlns="http://www.w3.org/2000/svg">
            <g clip-path="url(#clip0_1_2)" filter="url(#filter0_d)">
            <rect width="16" height="16" fill="url(#paint0_linear_1_2)"/>
            </g>
            <defs>
            <filter id="filter0_d" x="0" y="0" width="16" height="16" filterUnits="userSpaceOnUse" color-interpolation-filters="sRGB">
            <feFlood flood-opacity="0" result="BackgroundImageFix"/>
            <feBlend mode="normal" in="SourceGraphic" in2="BackgroundImageFix" result="shape"/>
            </filter>
            <linearGradient id="paint0_linear_1_2" x1="0" y1="0" x2="16" y2="0" gradientUnits="userSpaceOnUse">
            <stop stop-color="#F00"/>
            <stop offset="1" stop-color="#F00"/>
            </linearGradient>
            <clipPath id="clip0_1_2"><rect width="16" height="16" fill="white"/></clipPath>
            </defs>
            </svg>
            """,
        "CorelDRAW": """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
            <!-- Creator: CorelDRAW -->
            <svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" width="16px" height="16px" version="1.1"
            style="shape-rendering:geometricPrecision; fill-rule:evenodd" viewBox="0 0 16 16"
             xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xodm="http://www.corel.com/coreldraw/odm/2003">
             <defs>
              <style type="text/css">
               <![CDATA[
                .fil0 {fill:red}
               ]]>
              </style>
             </defs>
             <g id="Layer_x0020_1">
              <metadata id="CorelCorpID_0Corel-Layer"/>
              <polygon class="fil0" points="0,0 16,0 16,16 0,16 "/>
             </g>
            </svg>
            """,
    ]
}
