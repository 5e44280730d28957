namespace Cierre;

/// <summary>Tells whether to connect again after a close.</summary>
public enum ReconnectKind
{
    /// <summary>No advice: the code never comes from a peer, or the end was a server's own decision and the client acts on the code.</summary>
    NotApplicable = 0,

    /// <summary>Do not connect again: it was wanted, or it would end the same way.</summary>
    No = 1,

    /// <summary>Connect again after a delay.</summary>
    Yes = 2,

    /// <summary>Connect again with new credentials.</summary>
    AfterNewCredentials = 3,

    /// <summary>Connect at once to another address, if there is one; to the same one only after a long delay, or when the user asks.</summary>
    OtherAddress = 4,
}
