using Xunit;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>The same call gives the same here and in another implementation, or the difference is listed with its reason in docs/browser-differences.md.</summary>
public abstract class ApiCallTests(IScriptHost host, string table)
{
    public static TheoryData<string> Scripts => [.. ApiCalls.All.Keys];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Call_gives_the_same(string script)
    {
        ApiCall call = ApiCalls.All[script];
        Difference.Check(Difference.Listed(table), script, Difference.Between(await host.RunAsync(call.Function, ""), await call.RunAsync()));
    }

    [Fact]
    public void Every_call_that_is_listed_is_made() => Assert.Empty(Difference.Listed(table).Keys.Except(ApiCalls.All.Keys));
}

public sealed class ChromiumApiCallTests(ChromiumPage page) : ApiCallTests(page, "chromium calls"), IClassFixture<ChromiumPage>;

public sealed class UndiciApiCallTests(UndiciPage page) : ApiCallTests(page, "undici calls"), IClassFixture<UndiciPage>;
