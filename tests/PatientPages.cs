using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace Cierre.TestKit;

/// <summary>Pages that wait for as long as a busy machine needs. Playwright's own bounds, 5 s and 30 s, are met by a page that is only late; no test waits for a
/// bound.</summary>
internal static class PatientPages
{
    private const float Bound = 120_000;

    [ModuleInitializer]
    internal static void ExpectPatiently() => Assertions.SetDefaultExpectTimeout(Bound);

    public static async Task<IPage> NewPatientPageAsync(this IBrowser browser, BrowserNewPageOptions? options = null)
    {
        IPage page = await browser.NewPageAsync(options);
        page.SetDefaultTimeout(Bound);
        page.SetDefaultNavigationTimeout(Bound);
        return page;
    }
}
