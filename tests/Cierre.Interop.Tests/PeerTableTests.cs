using System.Text;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Interop.Tests;

/// <summary>docs/interop.md, printed from the table that the tests go by.</summary>
public class PeerTableTests
{
    [Fact]
    public void Page_shows_what_each_peer_can_do()
    {
        var page = new StringBuilder();
        Row("", kind => kind.Name);
        Row("---", _ => "---");
        Row("client of our server", _ => "yes");
        Row("server of our client", kind => kind.AsServer);
        Row("sends a message in fragments", kind => kind.Fragments);
        Row("sends pings, learns of the pong", kind => kind.Ping);
        Row("tells of our pings (all answer them)", kind => kind.SeesPings);
        Row("begins a close with an empty body", kind => kind.EmptyClose);
        Row("drops TCP", kind => kind.Terminate);
        Row("tells whether the close was clean", kind => kind.WasClean);
        Row("repeats our reason in its answer to our close", kind => kind.RepeatsReason);
        Row($"permessage-deflate, our side set in {CompressionCase.All.Count} ways", kind => PeerKind.Can(kind.AsServer) ? "yes, as client and as server" : "yes, as client");
        Row("takeover and windows of its own can be set", kind => kind.SetsDeflate);
        Golden.MatchesPart("docs/interop.md", "peers", page.ToString());

        void Row(string name, Func<PeerKind, string> cell) => page.Append("| ").Append(name).Append(" | ").AppendJoin(" | ", PeerKind.All.Select(cell)).Append(" |\n");
    }
}
